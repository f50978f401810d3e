//! Close codes: why a line ended, and whether to come back.

/// A WebSocket close code (RFC 6455 section 7.4), with those of Openline's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CloseCode(pub u16);

impl CloseCode {
    /// Done; nothing is wrong.
    pub const NORMAL: Self = Self(1000);
    /// The page is left, or the server goes away.
    pub const GOING_AWAY: Self = Self(1001);
    /// A frame or message is larger than the server takes.
    pub const TOO_BIG: Self = Self(1009);
    /// The server failed.
    pub const INTERNAL: Self = Self(1011);
    /// The server starts anew.
    pub const RESTART: Self = Self(1012);
    /// The server has more to do than it can.
    pub const TRY_LATER: Self = Self(1013);

    /// A frame was no message: not JSON, or a binary frame of the wrong shape.
    pub const MALFORMED: Self = Self(4400);
    /// The token does not verify.
    pub const BAD_TOKEN: Self = Self(4401);
    /// The first message was not a hello.
    pub const NO_HELLO: Self = Self(4403);
    /// No hello came in time, or no answer to a ping.
    pub const TIMED_OUT: Self = Self(4408);
    /// The same session said hello on a newer line.
    pub const REPLACED: Self = Self(4409);
    /// The page did not take what was sent for too long.
    pub const TOO_SLOW: Self = Self(4413);

    /// Whether dialling again may help. When not, something has to change first.
    ///
    /// ```
    /// use openline_protocol::CloseCode;
    ///
    /// assert!(CloseCode(1006).is_worth_a_retry());
    /// assert!(!CloseCode::BAD_TOKEN.is_worth_a_retry());
    /// ```
    pub const fn is_worth_a_retry(self) -> bool {
        !matches!(self.0, 1000 | 1002 | 1003 | 1007..=1010 | 4400..=4403 | 4409)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_passes_by_itself_is_worth_a_retry_and_what_does_not_is_not() {
        for code in [1001, 1005, 1006, 1011, 1012, 1013, 4408, 4413, 4499] {
            assert!(CloseCode(code).is_worth_a_retry(), "{code}");
        }
        for code in [1000, 1002, 1003, 1007, 1008, 1009, 4400, 4401, 4403, 4409] {
            assert!(!CloseCode(code).is_worth_a_retry(), "{code}");
        }
    }
}
