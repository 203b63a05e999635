/// The WebSocket door: live sync as JSON messages on `/` and `/sync`.
///
/// Each connection has two virtual threads: one reads and decides ([Session]), the other writes and follows the feed.
@NullMarked
package dev.mneme.api.websocket;

import org.jspecify.annotations.NullMarked;
