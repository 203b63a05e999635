/// What a caller asks for (`Command`), and what becomes of it (`Outcome`).
@NullMarked
package dev.mneme.core.command;

import org.jspecify.annotations.NullMarked;
