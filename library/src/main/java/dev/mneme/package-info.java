/// Mneme inside a program, without a server. [Mneme] is all of it; its results are records of `core`.
@NullMarked
package dev.mneme;

import org.jspecify.annotations.NullMarked;
