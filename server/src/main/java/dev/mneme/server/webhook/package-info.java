/// Webhooks' way out of the server.
@NullMarked
package dev.mneme.server.webhook;

import org.jspecify.annotations.NullMarked;
