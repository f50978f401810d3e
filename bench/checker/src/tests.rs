//! Each thing that must not be, made on purpose.

use openline_protocol::{Cursor, Epoch, MessageId, PersonId, RoomName, Seq};
use uuid::Uuid;

use super::*;

fn room() -> RoomName {
    "lobby".parse().unwrap()
}

fn seq(number: u64) -> Seq {
    Seq::new(number).unwrap()
}

fn id(number: u64) -> MessageId {
    MessageId(Uuid::from_u128(number.into()))
}

fn person(number: u64) -> PersonId {
    PersonId(Uuid::from_u128(number.into()))
}

fn epoch(name: &str) -> Epoch {
    Epoch(name.into())
}

/// Entry `n` is by Ada (1), and says `n`.
fn seen(n: u64) -> Seen {
    Seen { seq: seq(n), id: id(n), from: person(1), at: 1_000 + n, said: n }
}

fn joined(after: u64) -> Told {
    let (epoch, first, head) = (epoch("a"), seq(1), seq(9));
    Told::Joined { room: room(), asked: None, epoch, first, after: seq(after), head }
}

fn entries(after: u64, entries: impl IntoIterator<Item = Seen>) -> Told {
    Told::Entries { room: room(), after: seq(after), entries: entries.into_iter().collect() }
}

fn wrote(n: u64) -> Told {
    Told::Wrote { room: room(), id: id(n), said: n }
}

/// Ada wrote three entries, and she and Bo have read them.
fn good() -> Account {
    let rest = |held: bool| Rest {
        cursor: Some(Cursor { epoch: epoch("a"), seq: seq(3) }),
        underway: vec![],
        held: held.then(|| (1..=3).map(|n| (seq(n), id(n))).collect()),
        says_gap: false,
    };
    let tab = |name: &str, told: Vec<Told>| Testimony {
        name: name.into(),
        told,
        rest: [(room(), rest(name == "Ada"))].into(),
        ended: None,
    };
    let ada = vec![Told::Person(person(1)), joined(0), wrote(1), wrote(2), wrote(3), entries(0, (1..=3).map(seen))];
    let bo = vec![Told::Person(person(2)), joined(0), entries(0, (1..=2).map(seen)), entries(2, [seen(3)])];
    let log = Log { epoch: epoch("a"), entries: (1..=3).map(seen).collect() };
    Account { tabs: vec![tab("Ada", ada), tab("Bo", bo)], logs: [(room(), log)].into(), behind: 100, put_back: false }
}

/// What is found when something about Bo, or the log, is made otherwise.
fn found(change: impl FnOnce(&mut Account)) -> Vec<Finding> {
    let mut account = good();
    change(&mut account);
    check(&account)
}

fn log(account: &mut Account) -> &mut Vec<Seen> {
    &mut account.logs.get_mut(&room()).unwrap().entries
}

#[test]
fn a_good_account_has_nothing_to_find() {
    assert_eq!(found(|_| {}), []);
}

#[test]
fn two_who_were_given_different_entries_at_one_place_are_found() {
    let found = found(|account| {
        account.tabs[0].told.push(wrote(7));
        account.tabs[1].told[3] = entries(2, [Seen { id: id(7), said: 7, ..seen(3) }]);
    });
    assert!(matches!(found[0], Finding::TwoOrders { .. }), "{found:?}");
}

#[test]
fn an_entry_that_is_there_twice_is_found() {
    let twice = Seen { seq: seq(4), at: 2_000, ..seen(1) };
    let found = found(|account| log(account).push(twice));
    assert!(found.iter().any(|finding| matches!(finding, Finding::Twice { .. })), "{found:?}");
}

#[test]
fn an_entry_that_somebody_was_given_and_that_is_gone_is_found() {
    let found = found(|account| log(account).truncate(2));
    assert!(found.iter().any(|finding| matches!(finding, Finding::Vanished { .. })), "{found:?}");
}

#[test]
fn a_log_with_a_hole_and_a_batch_with_a_hole_are_found() {
    let hole = found(|account| log(account).retain(|entry| entry.seq != seq(2)));
    assert!(hole.iter().any(|finding| matches!(finding, Finding::Skipped { .. })), "{hole:?}");
    let hole = found(|account| account.tabs[1].told[3] = entries(1, [seen(3)]));
    assert!(matches!(hole[..], [Finding::UntoldGap { .. }]), "{hole:?}");
    let hole = found(|account| account.tabs[1].told[2] = entries(0, [seen(2)]));
    assert!(matches!(hole[..], [Finding::UntoldGap { .. }]), "{hole:?}");
    let unasked = found(|account| account.tabs[1].told.insert(2, Told::LineLost));
    assert!(matches!(unasked[0], Finding::UntoldGap { after: None, .. }), "{unasked:?}");
}

#[test]
fn a_gap_that_was_told_is_none_and_one_without_need_is_found() {
    let asked = |at| Some(Cursor { epoch: epoch("a"), seq: seq(at) });
    let rejoin = |first, after| Told::Joined {
        room: room(),
        asked: asked(0),
        epoch: epoch("a"),
        first: seq(first),
        after: seq(after),
        head: seq(3),
    };
    assert_eq!(found(|account| account.tabs[1].told.splice(1..3, [rejoin(3, 2)]).for_each(drop)), []);
    let found = found(|account| account.tabs[1].told.splice(1..3, [rejoin(1, 2)]).for_each(drop));
    assert!(matches!(found[..], [Finding::NeedlessGap { .. }]), "{found:?}");
}

#[test]
fn a_gap_that_a_copy_does_not_show_is_found() {
    let rejoin = Told::Joined {
        room: room(),
        asked: Some(Cursor { epoch: epoch("another"), seq: seq(3) }),
        epoch: epoch("a"),
        first: seq(1),
        after: seq(0),
        head: seq(3),
    };
    let hidden = found(|account| account.tabs[0].told[1] = rejoin.clone());
    assert!(matches!(hidden[..], [Finding::HiddenGap { .. }]), "{hidden:?}");
    let shown = found(|account| {
        account.tabs[0].told[1] = rejoin;
        account.tabs[0].rest.get_mut(&room()).unwrap().says_gap = true;
    });
    assert_eq!(shown, []);
}

#[test]
fn what_nobody_wrote_or_somebody_else_or_otherwise_is_found() {
    let invented = found(|account| {
        account.tabs[0].told.retain(|told| !matches!(told, Told::Wrote { id: one, .. } if *one == id(1)))
    });
    assert!(matches!(invented[..], [Finding::Invented { .. }]), "{invented:?}");
    let altered = found(|account| account.tabs[0].told[2] = Told::Wrote { room: room(), id: id(1), said: 99 });
    assert!(matches!(altered[..], [Finding::Altered { .. }]), "{altered:?}");
    let other = found(|account| account.tabs[0].told[0] = Told::Person(person(2)));
    assert!(matches!(other[0], Finding::FalseAuthor { .. }), "{other:?}");
}

#[test]
fn time_that_goes_back_is_found() {
    let found = found(|account| {
        let early = Seen { at: 5, ..seen(3) };
        *log(account).last_mut().unwrap() = early.clone();
        account.tabs[0].told[5] = entries(0, [seen(1), seen(2), early.clone()]);
        account.tabs[1].told[3] = entries(2, [early]);
    });
    assert!(matches!(found[..], [Finding::WentBack { .. }]), "{found:?}");
}

#[test]
fn a_settled_draft_is_where_it_was_told_to_be_and_was_read_before() {
    let settled = |place| Told::Settled { room: room(), id: id(1), seq: seq(place) };
    assert_eq!(found(|account| account.tabs[0].told.push(settled(1))), []);
    let elsewhere = found(|account| account.tabs[0].told.push(settled(2)));
    assert!(matches!(elsewhere[..], [Finding::SettledElsewhere { .. }]), "{elsewhere:?}");
    let ahead = found(|account| account.tabs[0].told.insert(2, settled(1)));
    assert!(matches!(ahead[..], [Finding::SettledAhead { .. }]), "{ahead:?}");
}

#[test]
fn a_draft_that_ends_in_neither_way_is_found_and_one_that_ends_in_both() {
    let stuck = found(|account| account.tabs[1].told.push(wrote(8)));
    assert!(matches!(stuck[..], [Finding::StuckDraft { .. }]), "{stuck:?}");
    let refused = |n, for_good| Told::Refused { room: room(), id: id(n), for_good };
    assert_eq!(found(|account| account.tabs[1].told.extend([wrote(8), refused(8, true)])), []);
    let told_elsewhere = |account: &mut Account| {
        account.tabs[1].told.push(wrote(8));
        account.tabs[0].told.push(refused(8, true));
    };
    assert_eq!(found(told_elsewhere), [], "by the tab that posted it");
    let unheard = found(|account| {
        told_elsewhere(account);
        account.tabs[1].rest.get_mut(&room()).unwrap().underway.push(id(8));
    });
    assert!(matches!(unheard[..], [Finding::StuckDraft { .. }]), "{unheard:?}");
    let still = found(|account| account.tabs[1].told.extend([wrote(8), refused(8, false)]));
    assert!(matches!(still[..], [Finding::StuckDraft { .. }]), "{still:?}");
    let both = found(|account| account.tabs[0].told.push(refused(1, true)));
    assert!(matches!(both[..], [Finding::RefusedYetThere { .. }]), "{both:?}");
    let left = found(|account| account.tabs[0].rest.get_mut(&room()).unwrap().underway.push(id(1)));
    assert!(matches!(left[..], [Finding::StuckDraft { .. }]), "{left:?}");
}

#[test]
fn a_member_that_stays_behind_or_out_or_has_a_wrong_copy_is_found() {
    let rest = |account: &mut Account, change: fn(&mut Rest)| change(account.tabs[0].rest.get_mut(&room()).unwrap());
    let behind = found(|account| rest(account, |rest| rest.cursor = Some(Cursor { epoch: epoch("a"), seq: seq(2) })));
    assert!(matches!(behind[..], [Finding::StuckMember { .. }]), "{behind:?}");
    let out = found(|account| rest(account, |rest| rest.cursor = None));
    assert!(matches!(out[..], [Finding::StuckMember { .. }]), "{out:?}");
    let wrong = found(|account| rest(account, |rest| rest.held.as_mut().unwrap().truncate(1)));
    assert!(matches!(wrong[..], [Finding::WrongCopy { .. }]), "{wrong:?}");
}

#[test]
fn drafts_that_change_places_are_found() {
    let lost = found(|account| account.tabs[0].told.swap(2, 3));
    assert!(matches!(lost[..], [Finding::OrderLost { .. }]), "{lost:?}");
    let apart = found(|account| {
        account.tabs[0].told.swap(2, 3);
        account.tabs[0].told.insert(3, Told::Reloaded);
        account.tabs[0].told.insert(4, joined(0));
    });
    assert_eq!(apart, [], "each life of a page has an order of its own");
    let by_hand = found(|account| {
        account.tabs[0].told.swap(2, 3);
        account.tabs[1].told.push(Told::WroteAgain { room: room(), id: id(1) });
    });
    assert_eq!(by_hand, [], "what is posted by hand, here or in another tab, has no order to keep");
}

#[test]
fn another_log_is_found_unless_the_data_was_put_back() {
    let change = |account: &mut Account| {
        let log = account.logs.get_mut(&room()).unwrap();
        log.epoch = epoch("b");
        account.tabs.iter_mut().for_each(|tab| tab.rest.clear());
    };
    let another = found(change);
    assert!(another.iter().any(|finding| matches!(finding, Finding::AnotherLog { .. })), "{another:?}");
    let put_back = found(|account| {
        change(account);
        account.put_back = true;
    });
    assert_eq!(put_back, []);
}
