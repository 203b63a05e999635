/// What is asked of a data folder that no server has open.
@NullMarked
package dev.mneme.engine.offline;

import org.jspecify.annotations.NullMarked;
