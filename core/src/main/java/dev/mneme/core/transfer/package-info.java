/// Exports and imports of records.
@NullMarked
package dev.mneme.core.transfer;

import org.jspecify.annotations.NullMarked;
