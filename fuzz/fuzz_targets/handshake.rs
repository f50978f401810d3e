#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| openline_server::rubbish::handshake(bytes));
