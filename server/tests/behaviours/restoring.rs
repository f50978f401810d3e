//! What a backup holds, and what pages are told when a server's data went back in time.

use std::{fs, net::SocketAddr, path::Path};

use crate::{
    client::{Client, Running, id},
    process::{Process, command},
};
use openline_protocol::*;
use tempfile::tempdir;

/// Posts so many texts into the lobby, from a line of its own, and tells how far its cursor is then.
async fn talk(address: SocketAddr, count: usize) -> Cursor {
    let mut ada = Client::in_lobby(address, "Ada").await;
    let head = ada.lobby().head().number();
    for n in 0..count {
        ada.post(&format!("{n}")).await;
    }
    ada.until("its posts", |ada| ada.lobby().head().number() >= head + count as u64).await;
    ada.lobby().cursor()
}

/// Where a page that asks for a cursor begins, and in which log.
async fn come_back(address: SocketAddr, cursor: &Cursor) -> Cursor {
    let mut ada = Client::hello(address, "Ada").await;
    ada.join("lobby", Some(cursor.clone())).await;
    let Joined { epoch, after, .. } = ada.lobby().joined.clone();
    Cursor { epoch, seq: after }
}

fn copy(from: &Path, to: &Path) {
    for file in fs::read_dir(from).unwrap().map(Result::unwrap) {
        fs::copy(file.path(), to.join(file.file_name())).unwrap();
    }
}

fn back_up(data: &Path, file: &Path) -> (bool, String) {
    let output = command(data, &["backup"]).arg(file).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(said).unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_stays_the_same_over_stops_and_kills_and_when_its_folder_is_moved() {
    let root = tempdir().unwrap();
    let (data, moved) = (root.path().join("data"), root.path().join("moved"));
    let server = Process::start(&data);
    let cursor = talk(server.address, 3).await;
    drop(server);
    for folder in [&data, &data, &moved, &moved] {
        if folder == &moved && data.exists() {
            fs::rename(&data, &moved).unwrap();
        }
        let server = Running::start(folder, &[]).await;
        assert_eq!(come_back(server.address, &cursor).await, cursor);
        server.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_older_copy_of_the_data_however_it_is_put_back_is_another_log() {
    let root = tempdir().unwrap();
    let folder = |name: &str| {
        let folder = root.path().join(name);
        fs::create_dir_all(&folder).unwrap();
        folder
    };
    let (data, old) = (folder("data"), folder("old"));
    let server = Running::start(&data, &[]).await;
    let cursor = talk(server.address, 3).await;
    server.stop().await;
    copy(&data, &old);
    let server = Running::start(&data, &[]).await;
    let later = talk(server.address, 3).await;
    assert_eq!((later.seq.number(), &later.epoch), (6, &cursor.epoch));
    server.stop().await;

    // The file alone, over the one that is there; all of it, over what is there; all of it, elsewhere.
    let (alone, over, elsewhere) = (folder("alone"), folder("over"), folder("elsewhere"));
    for folder in [&alone, &over] {
        copy(&data, folder);
        let server = Running::start(folder, &[]).await;
        talk(server.address, 1).await;
        server.stop().await;
    }
    fs::copy(old.join("openline.db"), alone.join("openline.db")).unwrap();
    copy(&old, &over);
    copy(&old, &elsewhere);
    for folder in [alone, over, elsewhere] {
        let server = Running::start(&folder, &[]).await;
        let back = come_back(server.address, &cursor).await;
        assert_ne!(back.epoch, cursor.epoch, "{}", folder.display());
        assert_eq!(back.seq, Seq::START, "everything is to be read anew");
        server.stop().await;
        // And from now on it is the same log again.
        let server = Running::start(&folder, &[]).await;
        assert_eq!(come_back(server.address, &back).await, back);
        server.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_that_has_seen_more_than_the_log_holds_makes_it_another_log_once() {
    let root = tempdir().unwrap();
    let (data, old) = (root.path().join("data"), root.path().join("old"));
    fs::create_dir(&old).unwrap();
    let server = Process::start(&data);
    talk(server.address, 3).await;
    copy(&data, &old);
    let later = talk(server.address, 3).await;
    drop(server);
    // The disk forgot the end, and everything else is as it was.
    copy(&old, &data);

    let server = Running::start(&data, &[]).await;
    let mut bo = Client::in_lobby(server.address, "Bo").await;
    assert_eq!((bo.lobby().joined.head.number(), &bo.lobby().joined.epoch), (3, &later.epoch));
    let back = come_back(server.address, &later).await;
    assert_ne!(back.epoch, later.epoch);
    // Who is there reads on.
    bo.post("on").await;
    bo.until_entries(4).await;
    // Whoever says so again says what can't be.
    let beyond = Cursor { seq: Seq::new(99).unwrap(), ..back.clone() };
    assert_eq!(come_back(server.address, &beyond).await.epoch, back.epoch);
    assert_ne!(come_back(server.address, &later).await.epoch, later.epoch);
    server.stop().await;
    let server = Running::start(&data, &[]).await;
    assert_eq!(come_back(server.address, &back).await, back);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_made_while_everybody_talks_is_whole_and_its_log_is_another() {
    let root = tempdir().unwrap();
    let (data, restored, file) = (root.path().join("data"), root.path().join("restored"), root.path().join("backup"));
    let server = Process::start_with(&data, &["--rate", "10000", "--burst", "10000"]);
    let mut ada = Client::in_lobby(server.address, "Ada").await;
    for n in 0..300 {
        ada.post_as(id(), Body::text(format!("{n} {}", "x".repeat(2_000)))).await;
    }
    ada.until_entries(300).await;
    let backup = tokio::task::spawn_blocking({
        let (data, file) = (data.clone(), file.clone());
        move || back_up(&data, &file)
    });
    let mut posted = 300;
    while !backup.is_finished() {
        ada.post(&posted.to_string()).await;
        posted += 1;
        ada.until_entries(posted).await;
    }
    let (is_done, said) = backup.await.unwrap();
    assert!(is_done && said.contains("checked"), "{said}");
    drop(server);

    fs::create_dir(&restored).unwrap();
    fs::copy(&file, restored.join("openline.db")).unwrap();
    let server = Running::start(&restored, &[]).await;
    let mut again = Client::dial(server.address).await;
    again.say_hello("Ada", Some(ada.token()), None).await;
    let start = Cursor { epoch: ada.lobby().joined.epoch.clone(), seq: Seq::START };
    again.join("lobby", Some(start)).await;
    assert_ne!(again.lobby().joined.epoch, ada.lobby().joined.epoch);
    assert_eq!(again.person(), ada.person(), "who one is, is in it too");
    let start = Cursor { epoch: again.lobby().joined.epoch.clone(), seq: Seq::START };
    again.join("lobby", Some(start)).await;
    let whole = again.lobby().entries.clone();
    assert!(whole.len() >= 300, "what was there before it began is in it: {}", whole.len());
    assert_eq!(whole, ada.lobby().entries[..whole.len()]);
    again.post_as(whole[0].id, Body::text("again")).await;
    again.until("settled", |again| again.settled == [(whole[0].id, 1)]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_writes_over_nothing_and_leaves_nothing_half_done() {
    let root = tempdir().unwrap();
    let (data, file) = (root.path().join("data"), root.path().join("backup"));
    let (is_done, said) = back_up(&data, &file);
    assert!(!is_done && said.contains("there is no data of Openline's in"), "{said}");
    let server = Running::start(&data, &[]).await;
    talk(server.address, 1).await;
    fs::write(&file, "a diary").unwrap();
    let (is_done, said) = back_up(&data, &file);
    assert!(!is_done && said.contains("is there already") && said.contains("say another name"), "{said}");
    assert_eq!(fs::read_to_string(&file).unwrap(), "a diary");
    let (is_done, said) = back_up(&data, &root.path().join("nowhere/backup"));
    assert!(!is_done && said.contains("can't make"), "{said}");
    let names: Vec<_> = fs::read_dir(&root).unwrap().map(|file| file.unwrap().file_name()).collect();
    assert_eq!(names.len(), 2, "{names:?}");
    server.stop().await;
    let other = root.path().join("other");
    assert!(back_up(&data, &other).0, "also while no server runs");
    let server = Running::start(&data, &[]).await;
    assert_eq!(talk(server.address, 1).await.seq.number(), 2);
}
