use openline_protocol::{Body, Person, PersonId, Why};
use uuid::Uuid;

use super::*;
use crate::draft::Fate;

fn room() -> RoomName {
    "lobby".parse().unwrap()
}

fn seq(number: u64) -> Seq {
    Seq::new(number).unwrap()
}

fn id(number: u64) -> MessageId {
    MessageId(Uuid::from_u128(number.into()))
}

fn entries(numbers: std::ops::RangeInclusive<u64>) -> Vec<Entry> {
    let from = Person { id: PersonId(Uuid::nil()), name: "Ada".parse().unwrap() };
    let entry = |n| Entry { seq: seq(n), id: id(n), from: from.clone(), at: n, kind: None, body: Body::text("hi") };
    numbers.map(entry).collect()
}

fn batch(after: u64, upto: u64) -> Entries {
    Entries { room: room(), after: seq(after), entries: entries(after + 1..=upto) }
}

fn joined(epoch: &str, first: u64, after: u64, head: u64) -> Joined {
    let (first, after, head) = (seq(first), seq(after), seq(head));
    Joined { room: room(), epoch: Epoch(epoch.into()), first, after, head, roster: Roster::default() }
}

/// One that is stored already.
fn draft(number: u64) -> Draft {
    let body = Body::text("hi");
    Draft { id: id(number), kind: None, body, written_at: number, epoch: None, fate: Fate::Pending }
}

fn page(numbers: std::ops::RangeInclusive<u64>, more: bool) -> Result<Page, NoPage> {
    Ok(Page { epoch: Epoch("a".into()), entries: entries(numbers), more, about: Vec::new() })
}

/// Joined to log "a" at its end, which is `head`, with the latest `count` entries.
fn at_end(head: u64, count: u64) -> Replica {
    let mut replica = Replica::new(room());
    replica.join();
    replica.joined(joined("a", 1, head - count, head));
    replica.append(batch(head - count, head)).unwrap();
    replica
}

/// Joined to log "a", which has entries 1 to 5, and caught up.
fn caught_up() -> Replica {
    let mut replica = Replica::new(room());
    replica.join();
    replica.joined(joined("a", 1, 0, 5));
    replica.append(batch(0, 5)).unwrap();
    replica
}

fn held(replica: &Replica) -> Vec<u64> {
    replica.entries().iter().map(|entry| entry.seq.number()).collect()
}

#[test]
fn entries_that_are_held_already_are_passed_over() {
    let mut replica = caught_up();
    assert_eq!(replica.append(batch(3, 7)), Some(vec![]));
    assert_eq!(held(&replica), [1, 2, 3, 4, 5, 6, 7]);
}

#[test]
fn a_batch_from_beyond_the_cursor_asks_to_join_again() {
    let mut replica = caught_up();
    assert_eq!(replica.append(batch(6, 7)), None);
    assert_eq!(replica.join().after, Some(Cursor { epoch: Epoch("a".into()), seq: seq(5) }));
    assert_eq!(replica.append(batch(5, 6)), Some(vec![]), "what comes before the answer is of an older join");
    assert_eq!(held(&replica), [1, 2, 3, 4, 5]);
}

#[test]
fn while_it_is_caught_up_a_room_is_drawn_now_and_then_and_at_the_end() {
    let mut replica = caught_up();
    replica.line_lost();
    replica.join();
    replica.joined(joined("a", 1, 5, 30));
    let drawn: Vec<_> = (0..5)
        .map(|n| {
            replica.append(batch(5 + n * 5, 10 + n * 5)).unwrap();
            replica.is_worth_drawing(1_000 + n * 100)
        })
        .collect();
    assert_eq!(drawn, [true, false, false, true, true]);
}

#[test]
fn a_line_that_comes_back_goes_on_where_it_was() {
    let mut replica = caught_up();
    replica.line_lost();
    replica.join();
    replica.joined(joined("a", 1, 5, 8));
    replica.append(batch(5, 8)).unwrap();
    assert_eq!(held(&replica), [1, 2, 3, 4, 5, 6, 7, 8]);
    assert_eq!(replica.gap(), None);
}

#[test]
fn entries_no_longer_kept_are_told_as_a_gap() {
    let mut replica = caught_up();
    replica.line_lost();
    replica.join();
    replica.joined(joined("a", 900, 901, 1_001));
    replica.append(batch(901, 1_001)).unwrap();
    assert_eq!(replica.gap(), Some(&Gap { missed: Some(896) }));
    assert_eq!(held(&replica).first(), Some(&902));
    assert_eq!(replica.history(), &History::More);
}

#[test]
fn a_log_that_lost_its_end_is_told_as_a_gap() {
    let mut replica = caught_up();
    replica.line_lost();
    replica.join();
    replica.joined(joined("a", 1, 0, 3));
    assert_eq!(replica.gap(), Some(&Gap { missed: None }));
    assert!(replica.entries().is_empty());
}

#[test]
fn another_log_keeps_the_drafts_and_posts_none_by_itself() {
    let mut replica = caught_up();
    replica.outbox().put(draft(7));
    replica.settle_log();
    replica.line_lost();
    replica.join();
    replica.joined(joined("b", 1, 0, 0));
    replica.settle_log();
    assert_eq!(replica.drafts().map(|draft| &draft.fate).collect::<Vec<_>>(), [&Fate::OtherLog]);
    assert_eq!(replica.due(0), []);
    let epoch = replica.known_epoch();
    let to_store = replica.outbox().retry(id(7), epoch.clone()).unwrap();
    assert_eq!((to_store.epoch, replica.due(0)), (epoch, vec![]), "it is stored as one of this log before it goes");
    replica.outbox().kept(id(7));
    assert_eq!(replica.due(0).iter().map(|post| post.id).collect::<Vec<_>>(), [id(7)]);
}

#[test]
fn a_draft_of_a_page_that_never_joined_is_of_the_log_that_was_last_known() {
    let mut replica = Replica::new(room());
    replica.outbox().load();
    replica.join();
    replica.outbox().put(draft(7));
    replica.joined(joined("b", 1, 0, 0));
    assert_eq!(replica.settle_log(), (vec![], None), "before the store has answered, nothing is known");
    let read = Cursor { epoch: Epoch("a".into()), seq: seq(5) };
    replica.loaded(Kept { drafts: vec![draft(6)], read: Some(read) });
    let (stamped, _) = replica.settle_log();
    assert!(stamped.iter().all(|draft| draft.epoch == Some(Epoch("a".into()))));
    assert!(replica.drafts().all(|draft| draft.fate == Fate::OtherLog));
    assert_eq!(replica.gap(), Some(&Gap { missed: None }), "that the room has started over is told on a new page too");
    assert_eq!(replica.read(), None);
}

#[test]
fn what_could_not_be_stored_is_not_stored_by_itself_once_the_log_is_known() {
    let mut replica = Replica::new(room());
    replica.join();
    replica.outbox().put(Draft { fate: Fate::Storing, ..draft(7) });
    replica.outbox().not_kept(id(7));
    replica.outbox().put(draft(8));
    replica.joined(joined("a", 1, 0, 0));
    let (stamped, _) = replica.settle_log();
    assert_eq!(stamped.iter().map(|draft| draft.id).collect::<Vec<_>>(), [id(8)], "its author was told, and decides");
}

#[test]
fn older_pages_go_before_without_a_hole_or_a_repeat() {
    let mut replica = Replica::new(room());
    replica.join();
    replica.joined(joined("a", 1, 100, 100));
    let before = Span::Before;
    assert_eq!(replica.ask_older(), Some(before(seq(101))));
    assert_eq!(replica.ask_older(), None, "it is on its way");
    replica.append(batch(100, 102)).unwrap();
    replica.page(before(seq(101)), page(99..=100, true));
    replica.page(before(seq(101)), page(99..=100, true));
    assert_eq!(held(&replica), [99, 100, 101, 102]);
    assert_eq!(replica.ask_older(), Some(before(seq(99))));
    replica.page(before(seq(99)), Err(NoPage::Unreachable));
    assert_eq!(replica.history(), &History::Failed(NoPage::Unreachable));
    assert_eq!(replica.ask_older(), Some(before(seq(99))), "a page that failed can be asked for again");
    replica.page(before(seq(99)), page(1..=98, false));
    assert_eq!(held(&replica), (1..=102).collect::<Vec<_>>());
    assert_eq!(replica.history(), &History::Complete);
}

#[test]
fn an_old_place_is_shown_and_paging_from_there_meets_the_latest() {
    let mut replica = at_end(1_000, 20);
    assert_eq!(replica.show_around(seq(990)), None, "it is here");
    assert_eq!(replica.show_around(seq(900)), Some(Span::Around(seq(900))));
    assert_eq!(replica.finding(), Some(&Finding::Loading { seq: seq(900) }));
    replica.page(Span::Around(seq(900)), page(890..=910, true));
    assert_eq!((replica.finding(), replica.is_at_latest()), (None, false));
    replica.append(batch(1_000, 1_001)).unwrap();
    assert_eq!(held(&replica), (890..=910).collect::<Vec<_>>(), "what comes does not move what is read");
    assert_eq!(replica.ask_newer(), Some(Span::After(seq(909))));
    replica.page(Span::After(seq(909)), page(910..=940, true));
    assert_eq!(replica.ask_older(), Some(Span::Before(seq(890))));
    replica.page(Span::Before(seq(890)), page(885..=889, true));
    assert_eq!(held(&replica), (885..=940).collect::<Vec<_>>());
    replica.ask_newer();
    replica.page(Span::After(seq(939)), page(940..=985, true));
    assert!(replica.is_at_latest());
    assert_eq!(held(&replica), (885..=1_001).collect::<Vec<_>>());
}

#[test]
fn what_is_about_a_page_comes_with_it_and_goes_with_it() {
    let mut replica = at_end(1_000, 5);
    let with = |about, page: Result<Page, NoPage>| page.map(|page| Page { about: entries(about..=about), ..page });
    let about = |replica: &Replica| replica.about().map(|entry| entry.seq.number()).collect::<Vec<_>>();
    replica.show_around(seq(500));
    replica.page(Span::Around(seq(500)), with(990, page(476..=525, true)));
    assert_eq!(about(&replica), [990]);
    for from in [525, 574, 623, 672, 721] {
        let span = replica.ask_newer().unwrap();
        replica.page(span, with(from + 300, page(from..=from + 49, true)));
    }
    assert_eq!(held(&replica)[0], 591, "the first pages are let go");
    assert_eq!(about(&replica), [874, 923, 972, 1_021]);
    replica.show_latest();
    assert_eq!(about(&replica), [0; 0]);
}

#[test]
fn a_place_that_is_close_to_the_end_is_shown_there() {
    let mut replica = at_end(1_000, 100);
    replica.show_around(seq(890));
    replica.page(Span::Around(seq(890)), page(865..=914, true));
    assert!(replica.is_at_latest());
    assert_eq!(held(&replica), (865..=1_000).collect::<Vec<_>>());
    replica.show_around(seq(3));
    replica.page(Span::Around(seq(3)), Err(NoPage::Unreachable));
    assert_eq!(replica.finding(), Some(&Finding::Failed { seq: seq(3), why: NoPage::Unreachable }));
    assert_eq!(held(&replica).len(), 136, "what was shown is still shown");
}

#[test]
fn where_what_comes_next_is_no_longer_kept_nothing_is_put_in_its_place() {
    let mut replica = at_end(1_000, 100);
    replica.show_around(seq(500));
    replica.page(Span::Around(seq(500)), page(475..=524, true));
    replica.ask_newer();
    replica.page(Span::After(seq(523)), page(700..=749, true));
    assert_eq!(held(&replica), (475..=524).collect::<Vec<_>>());
    assert!(matches!(replica.newer(), History::Failed(_)));
    replica.show_latest();
    assert_eq!(held(&replica), (901..=1_000).collect::<Vec<_>>());
}

#[test]
fn a_room_holds_so_many_entries_and_lets_the_far_ones_go() {
    let most = Replica::MAX_ENTRIES as u64;
    let mut replica = at_end(10 * most, 100);
    for n in 0..30 {
        replica.append(batch(10 * most + n * 100, 10 * most + n * 100 + 100)).unwrap();
        assert!(replica.entries().len() <= Replica::MAX_ENTRIES);
    }
    assert_eq!(replica.history(), &History::More, "what was let go can be had again");
    assert!(replica.is_at_latest());

    // Further up: what is read stays, and the latest are held apart from it.
    let oldest = replica.entries().front().unwrap().seq;
    let Some(Span::Before(before)) = replica.ask_older() else { panic!("there is more") };
    replica.page(Span::Before(before), page(oldest.number() - 20..=oldest.number() - 1, true));
    let newest = replica.cursor().unwrap().seq.number();
    replica.append(batch(newest, newest + 100)).unwrap();
    assert!(!replica.is_at_latest());
    assert_eq!(replica.entries().front().unwrap().seq, oldest.back(20));
    assert!(replica.entries().len() <= Replica::MAX_ENTRIES);
    assert_eq!(replica.latest().back().unwrap().seq, seq(newest + 100));
    assert_eq!(replica.newer(), &History::More, "what lies between the two can be had");
}

#[test]
fn what_others_said_since_is_unread_and_what_i_said_is_not() {
    let mut replica = caught_up();
    let (ada, bo) = (Some(PersonId(Uuid::nil())), Some(PersonId(Uuid::max())));
    assert_eq!(replica.unread(bo), 0, "before anything was read there is only history");
    replica.mark_read(seq(2));
    assert_eq!((replica.unread(bo), replica.unread(ada)), (3, 0));
    assert_eq!(replica.mark_read(seq(1)), None, "reading never goes back");
    replica.take_read(&Cursor { epoch: Epoch("a".into()), seq: seq(5) });
    assert_eq!(replica.unread(bo), 0, "what was read in another tab is read");
}

#[test]
fn what_is_not_stored_is_not_sent_and_what_was_written_after_it_waits() {
    let mut replica = caught_up();
    replica.outbox().put(Draft { fate: Fate::Storing, ..draft(7) });
    replica.outbox().put(draft(8));
    assert_eq!(replica.due(0), []);
    replica.outbox().kept(id(7));
    assert_eq!(replica.due(0).len(), 2);
    replica.outbox().put(Draft { fate: Fate::Storing, ..draft(9) });
    replica.outbox().not_kept(id(9));
    replica.outbox().put(draft(10));
    assert_eq!(replica.due(0).iter().map(|post| post.id).collect::<Vec<_>>(), [id(10)], "it holds up nobody");
    let to_store = replica.outbox().retry(id(9), None).unwrap();
    assert_eq!(to_store.fate, Fate::Storing);
}

#[test]
fn what_the_store_said_of_a_draft_before_it_was_sent_again_is_not_about_it_now() {
    let mut replica = caught_up();
    replica.outbox().put(Draft { fate: Fate::OtherLog, ..draft(7) });
    replica.outbox().keep(id(7));
    replica.outbox().retry(id(7), Some(Epoch("a".into()))).unwrap();
    replica.outbox().keep(id(7));
    replica.outbox().kept(id(7));
    assert_eq!(replica.due(0), [], "that was the draft as it was before");
    replica.outbox().kept(id(7));
    assert_eq!(replica.due(0).len(), 1);
}

#[test]
fn a_room_keeps_so_many_drafts_and_no_more() {
    let mut replica = caught_up();
    assert!(!replica.has_room_for(Draft::MAX_BYTES_IN_ROOM + 1));
    (0..Draft::MAX_IN_ROOM as u64).for_each(|n| replica.outbox().put(draft(1_000 + n)));
    assert!(!replica.has_room_for(1));
    replica.outbox().take(id(1_000));
    assert!(replica.has_room_for(1));
    let held = 2 * (Draft::MAX_IN_ROOM - 1);
    assert!(replica.has_room_for(Draft::MAX_BYTES_IN_ROOM - held));
    assert!(!replica.has_room_for(Draft::MAX_BYTES_IN_ROOM - held + 1));
}

#[test]
fn what_was_discarded_does_not_come_back_with_an_answer_of_the_store() {
    let mut replica = caught_up();
    replica.outbox().load();
    replica.outbox().take(id(7));
    replica.loaded(Kept { drafts: vec![draft(7), draft(8)], read: None });
    assert_eq!(replica.drafts().map(|draft| draft.id).collect::<Vec<_>>(), [id(8)]);
}

#[test]
fn a_refused_draft_stays_with_its_reason_until_its_author_decides() {
    let mut replica = caught_up();
    replica.outbox().put(draft(7));
    replica.due(0);
    replica.outbox().refused(id(7), Why::TooLong { limit: 4_000 }, None);
    assert_eq!(replica.drafts().next().unwrap().fate, Fate::Refused { why: Why::TooLong { limit: 4_000 } });
    assert_eq!(replica.due(0), []);
    replica.outbox().put(draft(8));
    assert_eq!(replica.due(0).len(), 1, "it does not hold up what is written after it");
}

#[test]
fn a_draft_that_was_refused_is_still_refused_after_a_reload_and_not_asked_again() {
    let mut replica = caught_up();
    let refused = Draft { fate: Fate::Refused { why: Why::TooLong { limit: 4_000 } }, ..draft(7) };
    replica.loaded(Kept { drafts: vec![refused.clone(), draft(8)], read: None });
    assert_eq!(replica.due(0).iter().map(|post| post.id).collect::<Vec<_>>(), [id(8)]);
    assert_eq!(replica.drafts().next(), Some(&refused));
    assert_eq!(replica.outbox().retry(id(7), None).unwrap().fate, Fate::Storing, "the store is told, then the server");
    replica.outbox().kept(id(7));
    assert_eq!(replica.due(0), [], "what was said behind it is answered first");
    replica.outbox().take(id(8));
    assert_eq!(replica.due(0).iter().map(|post| post.id).collect::<Vec<_>>(), [id(7)]);
}

#[test]
fn what_is_refused_in_another_tab_is_refused_here_and_sent_again_where_its_author_asks() {
    let mut replica = caught_up();
    let refused = Draft { fate: Fate::Refused { why: Why::TooLong { limit: 4_000 } }, ..draft(7) };
    replica.outbox().put(draft(7));
    replica.outbox().put(draft(8));
    replica.due(0);
    replica.outbox().refused(id(7), Why::StorageFull {}, Some(Pause::new(0, 500)));
    replica.outbox().kept_elsewhere(refused.clone());
    assert_eq!(replica.drafts().next(), Some(&refused));
    assert_eq!(replica.pause(), None, "nothing waits for it");
    replica.outbox().kept_elsewhere(draft(7));
    assert_eq!(replica.due(0), [], "what was said behind it is answered first");
    replica.outbox().refused(id(8), Why::Behind { id: id(7) }, Some(Pause::new(0, 500)));
    assert_eq!(replica.due(500).iter().map(|post| post.id).collect::<Vec<_>>(), [id(7), id(8)]);
}

#[test]
fn a_draft_refused_for_now_goes_again_first_and_what_is_behind_it_waits() {
    let mut replica = caught_up();
    replica.outbox().put(draft(7));
    replica.outbox().put(draft(8));
    replica.due(0);
    replica.outbox().refused(id(7), Why::StorageFull {}, Some(Pause::new(0, 500)));
    replica.outbox().refused(id(8), Why::Behind { id: id(7) }, Some(Pause::new(0, 500)));
    replica.outbox().put(draft(9));
    assert_eq!(replica.due(499), []);
    assert_eq!(replica.pause().unwrap().left(100), 400);
    assert_eq!(replica.due(500).iter().map(|post| post.id).collect::<Vec<_>>(), [id(7), id(8), id(9)]);
}

#[test]
fn what_another_tab_wrote_earlier_waits_for_the_answers_to_what_was_said() {
    let mut replica = caught_up();
    replica.outbox().put(draft(9));
    assert_eq!(replica.due(0).len(), 1);
    replica.outbox().kept_elsewhere(draft(7));
    replica.outbox().kept_elsewhere(draft(8));
    assert_eq!(replica.due(0), [], "the server may be waiting for the one that was said");
    replica.outbox().refused(id(9), Why::StorageFull {}, Some(Pause::new(0, 500)));
    assert_eq!(replica.due(500).iter().map(|post| post.id).collect::<Vec<_>>(), [id(9), id(7), id(8)]);
    replica.outbox().kept_elsewhere(draft(6));
    assert_eq!(replica.due(500), []);
    for number in [9, 7, 8] {
        replica.outbox().take(id(number));
    }
    assert_eq!(replica.due(500).iter().map(|post| post.id).collect::<Vec<_>>(), [id(6)]);
}

#[test]
fn what_the_server_waits_for_is_said_before_what_another_tab_wrote_earlier() {
    let mut replica = caught_up();
    replica.outbox().put(draft(8));
    replica.due(0);
    replica.outbox().refused(id(8), Why::StorageFull {}, Some(Pause::new(0, 500)));
    replica.outbox().kept_elsewhere(draft(7));
    replica.outbox().put(draft(9));
    assert_eq!(replica.due(500).iter().map(|post| post.id).collect::<Vec<_>>(), [id(8), id(7), id(9)]);
}

#[test]
fn a_copy_is_caught_up_once_what_was_there_at_its_joining_is() {
    let mut replica = Replica::new(room());
    replica.join();
    replica.joined(joined("a", 1, 0, 5));
    assert!(!replica.is_caught_up());
    replica.append(batch(0, 5)).unwrap();
    assert!(replica.is_caught_up());
    replica.line_lost();
    assert!(!replica.is_caught_up());
}
