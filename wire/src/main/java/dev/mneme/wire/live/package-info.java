/// The payloads of the WebSocket's messages, each side's by type of message: `LivePayloads` has the table, and
/// `LiveMessage` of the package above is the envelope.
///
/// Component names are the JSON names. The server reads a client's payloads leniently, so that unknown members are
/// passed over.
@NullMarked
package dev.mneme.wire.live;

import org.jspecify.annotations.NullMarked;
