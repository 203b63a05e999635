/// Mneme inside a program, without a server: [Mneme] is the whole of it; what it gives is `core`'s.
@NullMarked
package dev.mneme;

import org.jspecify.annotations.NullMarked;
