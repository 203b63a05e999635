/// The listener that all HTTP doors share: routes, credentials, limits, problems, event streams.
@NullMarked
package dev.mneme.api.http;

import org.jspecify.annotations.NullMarked;
