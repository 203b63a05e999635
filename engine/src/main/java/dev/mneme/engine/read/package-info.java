/// Reads of the rows, each at one snapshot: single records, pages across owners, the operator's feed, searches.
@NullMarked
package dev.mneme.engine.read;

import org.jspecify.annotations.NullMarked;
