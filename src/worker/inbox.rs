//! Where JavaScript puts a body before it calls the core.
//!
//! The bytes before it are spare, so that what is signed before a body can stand there and the body need not be copied.

use std::cell::{Cell, RefCell};

/// How many bytes are spare before the body. Sources sign an id and a time there, hardly more than 100 bytes.
pub(super) const SPARE: usize = 256;

/// A buffer that is larger than this goes with its body, in bytes.
const KEPT: usize = 512 * 1024;

thread_local! {
    static INBOX: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };

    /// How long the body in it is.
    static LENGTH: Cell<usize> = const { Cell::new(0) };
}

/// Makes room for a body, and gives where.
pub(super) fn room(length: usize) -> *mut u8 {
    LENGTH.set(length);
    INBOX.with_borrow_mut(|inbox| {
        let whole = SPARE.saturating_add(length);
        if inbox.len() < whole {
            // What was there is not worth copying.
            inbox.clear();
            inbox.resize(whole, 0);
        }
        inbox.as_mut_ptr().wrapping_add(SPARE)
    })
}

/// What `look` makes of the body. There is none afterwards.
pub(super) fn taken<R>(look: impl FnOnce(&[u8]) -> R) -> R {
    let length = LENGTH.take();
    let result =
        INBOX.with_borrow(|inbox| look(inbox.get(SPARE..SPARE.saturating_add(length)).unwrap_or_default()));
    INBOX.with_borrow_mut(|inbox| {
        if inbox.len() > KEPT {
            *inbox = Vec::new();
        }
    });
    result
}

/// Whether these bytes are the body, with [`SPARE`] bytes before it.
pub(super) fn holds(body: &[u8]) -> bool {
    INBOX.with(|inbox| {
        let inbox = inbox.try_borrow();
        inbox.is_ok_and(|inbox| inbox.get(SPARE..).is_some_and(|start| start.as_ptr() == body.as_ptr()))
    })
}
