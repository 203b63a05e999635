/// The listener that every HTTP door shares: routes, credentials, limits, problems, event streams.
@NullMarked
package dev.mneme.api.http;

import org.jspecify.annotations.NullMarked;
