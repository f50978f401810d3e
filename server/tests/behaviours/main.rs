//! The server in this process, with real sockets, and as a process of its own; each test's name is a behaviour.

#[cfg(test)]
mod client;
#[cfg(test)]
mod rooms;
#[cfg(test)]
mod lines;
#[cfg(test)]
mod web;
#[cfg(test)]
mod search;
#[cfg(test)]
mod about;
#[cfg(test)]
mod process;
#[cfg(test)]
mod rubbish;
#[cfg(test)]
mod command;
#[cfg(test)]
mod slow;
#[cfg(test)]
mod pressure;
#[cfg(test)]
mod disk;
#[cfg(test)]
mod restoring;
#[cfg(test)]
mod keeping;
#[cfg(test)]
mod operating;
