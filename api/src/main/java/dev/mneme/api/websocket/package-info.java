/// The WebSocket door: live sync as JSON messages on `/` and `/sync`.
///
/// A connection is two virtual threads: one reads and decides ([Session]), one writes and follows the feed.
@NullMarked
package dev.mneme.api.websocket;

import org.jspecify.annotations.NullMarked;
