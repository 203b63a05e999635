/// What a caller asks (`Command`) and what it is told (`Outcome`).
@NullMarked
package dev.mneme.core.command;

import org.jspecify.annotations.NullMarked;
