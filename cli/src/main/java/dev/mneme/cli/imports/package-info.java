/// Reads files to be imported, in each format, and sends them in batches that can be sent again.
@NullMarked
package dev.mneme.cli.imports;

import org.jspecify.annotations.NullMarked;
