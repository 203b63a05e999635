/// The event stream of changes: `GET /api/v1/changes` with `Accept: text/event-stream`.
@NullMarked
package dev.mneme.api.sse;

import org.jspecify.annotations.NullMarked;
