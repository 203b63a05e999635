/// How webhooks' deliveries leave the server.
@NullMarked
package dev.mneme.server.webhook;

import org.jspecify.annotations.NullMarked;
