//! What a viewer does.

use openline_rooms::protocol::Seq;

/// What is done with a message, in the box or about the line.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Act {
    Reply(Seq),
    Edit(Seq),
    Delete(Seq),
    /// Reacts with this, or takes it back.
    React(Seq, String),
    /// Goes to it.
    Go(Seq),
    CopyText(Seq),
    CopyLink(Seq),
    /// Goes to the box.
    Write,
    /// Goes to the latest message.
    Latest,
    /// Types.
    Type,
    /// Something was stored as a draft.
    Sent,
    /// What is written is not to be about anything any more.
    DropAbout,
    /// Edits their last message.
    EditLast,
    /// Has done something by which what had the focus is gone.
    LoseFocus,
    TryNow,
    StartAnew,
}
