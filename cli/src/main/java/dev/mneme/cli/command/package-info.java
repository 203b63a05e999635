/// The commands, one class each.
@NullMarked
package dev.mneme.cli.command;

import org.jspecify.annotations.NullMarked;
