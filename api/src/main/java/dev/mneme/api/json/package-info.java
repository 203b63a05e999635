/// JSON in and out: strict reading, writing, and the mapping between the core's records and those of `wire`.
@NullMarked
package dev.mneme.api.json;

import org.jspecify.annotations.NullMarked;
