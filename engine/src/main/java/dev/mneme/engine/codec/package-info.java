/// How records become bytes, in the log and in the tables.
@NullMarked
package dev.mneme.engine.codec;

import org.jspecify.annotations.NullMarked;
