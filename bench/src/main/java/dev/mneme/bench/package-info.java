/// Measurements, and programs that made what is measured: one command for each figure, beside a peer or a bare floor.
@NullMarked
package dev.mneme.bench;

import org.jspecify.annotations.NullMarked;
