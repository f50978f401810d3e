//! What breaks the promise.

use std::fmt;

use openline_protocol::{Epoch, MessageId, RoomName, Seq};
use serde::Serialize;

/// Something that must not be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
#[allow(missing_docs, reason = "their fields say what their names say; what it means is what it displays")]
pub enum Finding {
    TwoOrders { room: RoomName, epoch: Epoch, seq: Seq, ids: [MessageId; 2] },
    Twice { room: RoomName, epoch: Epoch, id: MessageId, places: [Seq; 2] },
    Vanished { room: RoomName, epoch: Epoch, seq: Seq, id: MessageId },
    Skipped { room: RoomName, after: Seq, next: Seq },
    Invented { room: RoomName, seq: Seq, id: MessageId },
    Altered { room: RoomName, seq: Seq, id: MessageId },
    FalseAuthor { room: RoomName, seq: Seq, id: MessageId },
    WentBack { room: RoomName, seq: Seq, from: u64, to: u64 },
    AnotherLog { room: RoomName, epoch: Epoch },
    UntoldGap { tab: String, room: RoomName, after: Option<Seq>, next: Seq },
    NeedlessGap { tab: String, room: RoomName, asked: Seq, after: Seq },
    HiddenGap { tab: String, room: RoomName },
    WrongCopy { tab: String, room: RoomName, why: String },
    SettledAhead { tab: String, room: RoomName, id: MessageId, seq: Seq },
    SettledElsewhere { tab: String, room: RoomName, id: MessageId, seq: Seq },
    RefusedYetThere { tab: String, room: RoomName, id: MessageId },
    StuckDraft { tab: String, room: RoomName, id: MessageId },
    StuckMember { tab: String, room: RoomName, cursor: Option<Seq>, head: Seq, ended: Option<String> },
    OrderLost { tab: String, room: RoomName, earlier: MessageId, later: MessageId },
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TwoOrders { room, epoch, seq, ids: [one, other] } => {
                write!(f, "two orders: {seq} of {room} ({epoch}) is {one} to some and {other} to others, or differs")
            }
            Self::Twice { room, epoch, id, places: [one, other] } => {
                write!(f, "twice: {id} is {one} and {other} of {room} ({epoch})")
            }
            Self::Vanished { room, epoch, seq, id } => {
                write!(f, "vanished: {id} was told as {seq} of {room} ({epoch}), and is not in the log at the end")
            }
            Self::Skipped { room, after, next } => write!(f, "skipped: after {after} of {room}'s log comes {next}"),
            Self::Invented { room, seq, id } => write!(f, "invented: nobody wrote {id}, {seq} of {room}"),
            Self::Altered { room, seq, id } => write!(f, "altered: {id}, {seq} of {room}, is not what was written"),
            Self::FalseAuthor { room, seq, id } => {
                write!(f, "false author: {id}, {seq} of {room}, is by another than who wrote it")
            }
            Self::WentBack { room, seq, from, to } => {
                write!(f, "time went back: {seq} of {room} was appended at {to}, the one before at {from}")
            }
            Self::AnotherLog { room, epoch } => {
                write!(f, "another log: {room} is {epoch} no more, though nobody put anything back")
            }
            Self::UntoldGap { tab, room, after: Some(after), next } => {
                write!(f, "untold gap: {tab} was at {after} of {room}, and was given {next}")
            }
            Self::UntoldGap { tab, room, after: None, next } => {
                write!(f, "untold gap: {tab} was given {next} of {room} without having joined")
            }
            Self::NeedlessGap { tab, room, asked, after } => {
                write!(f, "needless gap: {tab} asked to go on from {asked} of {room}, which is kept, and got {after}")
            }
            Self::HiddenGap { tab, room } => {
                write!(f, "hidden gap: {tab} was told of one in {room}, and its copy doesn't say so")
            }
            Self::WrongCopy { tab, room, why } => write!(f, "wrong copy: {tab}'s of {room}: {why}"),
            Self::SettledAhead { tab, room, id, seq } => {
                write!(f, "settled ahead: {tab} was told that {id} is {seq} of {room} before it had read that far")
            }
            Self::SettledElsewhere { tab, room, id, seq } => {
                write!(f, "settled elsewhere: {tab} was told that {id} is {seq} of {room}, and it is not")
            }
            Self::RefusedYetThere { tab, room, id } => {
                write!(f, "refused, yet there: {tab} was told for good that {id} does not go into {room}")
            }
            Self::StuckDraft { tab, room, id } => {
                write!(f, "stuck draft: {tab} wrote {id} in {room}, and it neither settled nor was refused")
            }
            Self::StuckMember { tab, room, cursor, head, ended } => {
                let at = cursor.map_or("not in it".into(), |cursor| format!("at {cursor}"));
                let ended = ended.as_deref().unwrap_or("still dials");
                write!(f, "stuck member: {tab} is {at} of {room}, whose head is {head}; it {ended}")
            }
            Self::OrderLost { tab, room, earlier, later } => {
                write!(
                    f,
                    "order lost: {tab} wrote {earlier} before {later} in {room}, and the log has them the other way"
                )
            }
        }
    }
}
