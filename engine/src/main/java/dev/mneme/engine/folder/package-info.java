/// The data folder: what lies in it, whose it is, and how it changes as a whole.
@NullMarked
package dev.mneme.engine.folder;

import org.jspecify.annotations.NullMarked;
