//! IndexedDB (W3C Indexed Database API 3.0): large, transactional across tabs, and on disk when it says so.

use std::cell::Cell;

use futures_util::future::{Either, select};
use gloo_events::EventListener;
use gloo_timers::future::TimeoutFuture;
use js_sys::{Array, Object, Promise, Reflect};
use openline_protocol::{
    Cursor, MessageId, RoomName, Token,
    json::{self, FromJson},
};
use serde::Serialize;
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::JsFuture;
use web_sys::{IdbDatabase, IdbKeyRange, IdbObjectStore, IdbRequest, IdbTransaction};

use super::{StoreError, local::Local};
use crate::{
    draft::Draft,
    to_store::{FromStore, Kept, ToStore, further},
};

const NAME: &str = "openline";
const VERSION: u32 = 1;

/// Drafts, by room and id.
const DRAFTS: &str = "drafts";
/// How far rooms have been read, by room.
const READ: &str = "read";
/// The token, under its name.
const SECRETS: &str = "secrets";
const TOKEN: &str = "token";

/// How long, in milliseconds, the browser may take to open it, or with one transaction. One that takes longer has hung:
/// some never open, and WebKit was seen to answer no transaction any more after a page was left in the midst of one. Then
/// drafts go where they went before, rather than nowhere.
const PATIENCE: u32 = 5_000;

/// The browser's database for this origin.
pub(super) struct Database {
    database: IdbDatabase,
    has_hung: Cell<bool>,
    /// A later version of the page wants to change the database: it must not wait for us.
    _give_way: EventListener,
}

impl Database {
    pub(super) async fn open() -> Result<Self, StoreError> {
        let request = factory()?.open_with_u32(NAME, VERSION)?;
        let _upgrade = EventListener::once(&request, "upgradeneeded", {
            let request = request.clone();
            move |_| {
                if let Ok(database) = result(&request).map(JsCast::unchecked_into::<IdbDatabase>) {
                    for name in [DRAFTS, READ, SECRETS] {
                        // One that can't be made fails the first transaction, and that is answered.
                        drop(database.create_object_store(name));
                    }
                }
            }
        });
        let opened = patiently(done(&request)).await.ok_or(StoreError)?;
        Ok(Self::of(opened?.unchecked_into()))
    }

    fn of(database: IdbDatabase) -> Self {
        let open = database.clone();
        let give_way = EventListener::new(&database, "versionchange", move |_| open.close());
        Self { database, has_hung: Cell::new(false), _give_way: give_way }
    }

    /// Does what is asked in one transaction: all of it or nothing. What local storage holds of drafts moves here.
    pub(super) async fn take(&self, messages: &[ToStore], local: Option<&Local>) -> Result<Vec<FromStore>, StoreError> {
        if self.has_hung.get() {
            return Err(StoreError);
        }
        let transaction = self.begin(messages)?;
        if let Some(done) = patiently(work(transaction.clone(), messages, local)).await {
            return done;
        }
        self.has_hung.set(true);
        // Should it be done after all, it is not to be: what was asked is done elsewhere.
        drop(transaction.abort());
        Err(StoreError)
    }

    fn begin(&self, messages: &[ToStore]) -> Result<IdbTransaction, StoreError> {
        let stores: Array = [DRAFTS, READ, SECRETS].into_iter().map(JsValue::from).collect();
        // What is only looked up, or would be asked for again, need not wait for the disk.
        let must_last = |message: &ToStore| matches!(message, ToStore::KeepDraft(..) | ToStore::Claim { .. });
        let durability = if messages.iter().any(must_last) { "strict" } else { "relaxed" };
        let options = Object::new();
        Reflect::set(&options, &"durability".into(), &durability.into())?;
        Ok(self.database.unchecked_ref::<Durable>().transaction(&stores, "readwrite", &options)?)
    }
}

#[wasm_bindgen]
extern "C" {
    /// The call that web-sys does not have yet: with options.
    type Durable;

    #[wasm_bindgen(method, catch)]
    fn transaction(this: &Durable, stores: &Array, mode: &str, options: &Object) -> Result<IdbTransaction, JsValue>;
}

/// Does what is asked in a transaction.
async fn work(
    transaction: IdbTransaction,
    messages: &[ToStore],
    local: Option<&Local>,
) -> Result<Vec<FromStore>, StoreError> {
    let committed = committed(&transaction);
    let mut work = Work { transaction, local, answers: Vec::new(), moved: Vec::new() };
    for message in messages {
        if let Err(error) = work.take(message).await {
            drop(work.transaction.abort());
            drop(committed.await);
            return Err(error);
        }
    }
    committed.await?;
    let Work { answers, moved, .. } = work;
    if let Some(local) = local {
        moved.iter().for_each(|(room, id)| local.drop_draft(room, *id));
        for answer in &answers {
            if let FromStore::Claimed(token) = answer {
                local.keep_token(token);
            }
        }
    }
    Ok(answers)
}

/// What comes of it, or `None` if that takes too long.
async fn patiently<T>(work: impl Future<Output = T>) -> Option<T> {
    match select(std::pin::pin!(work), TimeoutFuture::new(PATIENCE)).await {
        Either::Left((done, _)) => Some(done),
        Either::Right(_) => None,
    }
}

/// One transaction.
struct Work<'a> {
    transaction: IdbTransaction,
    local: Option<&'a Local>,
    answers: Vec<FromStore>,
    /// Drafts that local storage needn't hold any more.
    moved: Vec<(RoomName, MessageId)>,
}

impl Work<'_> {
    async fn take(&mut self, message: &ToStore) -> Result<(), StoreError> {
        match message {
            ToStore::Load(room) => {
                let left = self.local.map(|local| local.drafts(room)).unwrap_or_default();
                for draft in &left {
                    self.put_draft(room, draft)?;
                }
                let all = self.store(DRAFTS)?.get_all_with_key(&drafts_of(room)?.into())?;
                let all = Array::from(&done(&all).await?);
                // One that can't be read is left where it is, for a version that can.
                let drafts = all.iter().filter_map(|json| from_json(&json)).collect();
                let mut read = self.read(room).await?;
                if let Some(left) = self.local.and_then(|local| local.read(room)) {
                    read = Some(further(read.as_ref(), &left));
                }
                self.answers.push(FromStore::Loaded(room.clone(), Kept { drafts, read }));
            }
            ToStore::KeepDraft(room, draft) => {
                let key = draft_key(room, draft.id);
                if !draft.fate.is_open() && done(&self.store(DRAFTS)?.get(&key)?).await?.is_undefined() {
                    // It was dropped, or is where the database is not.
                    return Err(StoreError);
                }
                self.put_draft(room, draft)?;
                self.answers.push(FromStore::Kept(room.clone(), draft.id));
            }
            ToStore::DropDraft(room, id) => {
                self.store(DRAFTS)?.delete(&draft_key(room, *id))?;
                self.moved.push((room.clone(), *id));
            }
            ToStore::Read(room, cursor) => {
                let further = further(self.read(room).await?.as_ref(), cursor);
                self.store(READ)?.put_with_key(&to_json(&further)?, &room.as_str().into())?;
                self.answers.push(FromStore::Read(room.clone(), further));
            }
            ToStore::Claim { token, instead_of } => {
                let secrets = self.store(SECRETS)?;
                let kept = done(&secrets.get(&TOKEN.into())?).await?.as_string().map(|text| Token(text.into()));
                let kept = kept.filter(|kept| Some(kept) != instead_of.as_ref()).unwrap_or_else(|| token.clone());
                secrets.put_with_key(&(&*kept.0).into(), &TOKEN.into())?;
                self.answers.push(FromStore::Claimed(kept));
            }
        }
        Ok(())
    }

    fn put_draft(&mut self, room: &RoomName, draft: &Draft) -> Result<(), StoreError> {
        self.store(DRAFTS)?.put_with_key(&to_json(draft)?, &draft_key(room, draft.id))?;
        self.moved.push((room.clone(), draft.id));
        Ok(())
    }

    async fn read(&self, room: &RoomName) -> Result<Option<Cursor>, StoreError> {
        Ok(from_json(&done(&self.store(READ)?.get(&room.as_str().into())?).await?))
    }

    fn store(&self, name: &str) -> Result<IdbObjectStore, StoreError> {
        Ok(self.transaction.object_store(name)?)
    }
}

impl From<JsValue> for StoreError {
    fn from(_: JsValue) -> Self {
        Self
    }
}

/// In a window or a worker.
fn factory() -> Result<web_sys::IdbFactory, StoreError> {
    let factory = Reflect::get(&js_sys::global(), &"indexedDB".into())?;
    if factory.is_undefined() || factory.is_null() { Err(StoreError) } else { Ok(factory.unchecked_into()) }
}

/// What a request gives. The transaction is still there after this, because what goes on does so in the same turn.
async fn done(request: &IdbRequest) -> Result<JsValue, StoreError> {
    let settled = Promise::new(&mut |resolve, reject| {
        request.set_onsuccess(Some(&resolve));
        request.set_onerror(Some(&reject));
    });
    JsFuture::from(settled).await?;
    result(request)
}

fn result(request: &IdbRequest) -> Result<JsValue, StoreError> {
    Ok(request.result()?)
}

/// Resolves when a transaction is committed, and is refused when it is not. To be made before the first request: it
/// listens from then on, so that no abort, however early, is a rejection that nobody handles.
fn committed(transaction: &IdbTransaction) -> JsFuture {
    JsFuture::from(Promise::new(&mut |resolve, reject| {
        transaction.set_oncomplete(Some(&resolve));
        transaction.set_onabort(Some(&reject));
    }))
}

/// All keys of a room's drafts: no name of a room has a slash, and the sign after it is a zero.
fn drafts_of(room: &RoomName) -> Result<IdbKeyRange, StoreError> {
    Ok(IdbKeyRange::bound(&format!("{room}/").into(), &format!("{room}0").into())?)
}

fn draft_key(room: &RoomName, id: MessageId) -> JsValue {
    format!("{room}/{id}").into()
}

fn to_json(value: &impl Serialize) -> Result<JsValue, StoreError> {
    serde_json::to_string(value).map(JsValue::from).map_err(|_| StoreError)
}

fn from_json<T: FromJson>(value: &JsValue) -> Option<T> {
    json::read(&value.as_string()?).ok()
}
