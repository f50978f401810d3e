//! What a viewer can do with a message.

use openline_rooms::protocol::Seq;

/// What is done with a message.
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
}
