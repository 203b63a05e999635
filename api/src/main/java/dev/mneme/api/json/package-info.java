/// JSON in and out: strict reading, writing, and the mapping between the core's nouns and `wire`'s.
@NullMarked
package dev.mneme.api.json;

import org.jspecify.annotations.NullMarked;
