/// Reads what is to be imported, in each format, and sends it in batches that can be sent again.
@NullMarked
package dev.mneme.cli.imports;

import org.jspecify.annotations.NullMarked;
