/// A node on its data folder: opening, closing, and the work that goes on by itself.
@NullMarked
package dev.mneme.engine.node;

import org.jspecify.annotations.NullMarked;
