/// A store's backup as a file: what is in it, how it is written, and how it is read.
@NullMarked
package dev.mneme.engine.backup;

import org.jspecify.annotations.NullMarked;
