/// Options that several commands share.
@NullMarked
package dev.mneme.cli.option;

import org.jspecify.annotations.NullMarked;
