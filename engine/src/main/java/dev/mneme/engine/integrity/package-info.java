/// Tamper evidence: rows are sealed under a key of the folder, totals over them lie in the owners'
/// heads and in the shard's row, and an owner whose rows do not fit is not served. [Seal] is where to
/// begin; docs/integrity.md tells what is promised.
@NullMarked
package dev.mneme.engine.integrity;

import org.jspecify.annotations.NullMarked;
