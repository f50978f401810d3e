//! Hooks for [Yew](https://yew.rs): a line that lives as long as its component.
//!
//! Behind the feature `yew`. Nothing else in this crate knows Yew.
//!
//! **Messages come by callback, each of them.** A hook that kept the latest message as state would lose one of two that
//! come before the next render. What a callback does with them is a reducer's work: `dispatch` sees every message, where
//! `set` with a value computed from the last render does not.
//!
//! **The status is state**: a component is drawn anew when it changes, and for nothing else.
//!
//! **The line goes with its component**: unmounting it, or giving its hook other dependencies, hangs up. From then on
//! its callback is not called.

mod task;
mod latest;
mod session;
mod provider;
mod connection;

pub use self::{
    connection::{ConnectionHandle, ConnectionStatus, use_connection},
    provider::{SessionProvider, SessionProviderProps, use_shared_session},
    session::{SessionHandle, SessionStatus, use_session},
};
