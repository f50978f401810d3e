//! An app in a page, and what a test is told of it.

use std::{cell::RefCell, fmt::Debug, rc::Rc};

use openline_client::{
    Message,
    yew::{ConnectionHandle, SessionHandle},
};
use web_sys::Element;
use yew::prelude::*;

use crate::seen::{turn, within_10_s};

/// What reaches a test from its app: what was told, and the handles of the last render.
#[derive(Clone, Default)]
pub(crate) struct Told(pub(crate) Rc<Inside>);

#[derive(Default)]
pub(crate) struct Inside {
    pub(crate) messages: RefCell<Vec<String>>,
    pub(crate) session: RefCell<Option<SessionHandle>>,
    pub(crate) connection: RefCell<Option<ConnectionHandle>>,
    pub(crate) when_told: RefCell<Option<Box<dyn FnOnce()>>>,
}

impl PartialEq for Told {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Told {
    pub(crate) fn note(&self, message: Message) {
        let Message::Text(text) = message else { panic!("{message:?}") };
        self.0.messages.borrow_mut().push(text);
        if let Some(act) = self.0.when_told.take() {
            act();
        }
    }

    pub(crate) fn messages(&self) -> Vec<String> {
        self.0.messages.borrow().clone()
    }

    pub(crate) fn session(&self) -> SessionHandle {
        self.0.session.borrow().clone().expect("it was drawn")
    }

    pub(crate) fn connection(&self) -> ConnectionHandle {
        self.0.connection.borrow().clone().expect("it was drawn")
    }
}

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct Props {
    pub(crate) url: AttrValue,
    pub(crate) told: Told,
}

/// A page's element, with an app in it until this is dropped.
pub(crate) struct App<C: BaseComponent> {
    pub(crate) root: Element,
    pub(crate) handle: Option<AppHandle<C>>,
}

impl<C: BaseComponent<Properties = Props>> App<C> {
    pub(crate) fn mount(url: &str, told: &Told) -> Self {
        let document = web_sys::window().unwrap().document().unwrap();
        let root = document.create_element("div").unwrap();
        document.document_element().unwrap().append_child(&root).unwrap();
        let props = Props { url: url.to_owned().into(), told: told.clone() };
        let handle = yew::Renderer::<C>::with_root_and_props(root.clone(), props).render();
        Self { root, handle: Some(handle) }
    }

    pub(crate) fn update(&mut self, url: &str, told: &Told) {
        let props = Props { url: url.to_owned().into(), told: told.clone() };
        self.handle.as_mut().expect("it is mounted").update(props);
    }

    pub(crate) fn unmount(&mut self) {
        if let Some(handle) = self.handle.take() {
            handle.destroy();
        }
    }

    pub(crate) async fn shows(&self, words: &str) {
        until(|| self.root.text_content(), |text| text.as_deref() == Some(words)).await;
    }
}

impl<C: BaseComponent> Drop for App<C> {
    fn drop(&mut self) {
        if let Some(handle) = self.handle.take() {
            handle.destroy();
        }
        self.root.remove();
    }
}

pub(crate) async fn until<T: Debug>(look: impl Fn() -> T, is_there: impl Fn(&T) -> bool) {
    let wait = async {
        while !is_there(&look()) {
            turn().await;
        }
    };
    within_10_s(wait, &look).await;
}
