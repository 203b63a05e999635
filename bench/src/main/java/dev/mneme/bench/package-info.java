/// Measurements, and the makers of what was measured: one command a figure, beside a peer or a bare floor.
@NullMarked
package dev.mneme.bench;

import org.jspecify.annotations.NullMarked;
