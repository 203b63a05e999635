/// What an operator asks of the whole server: backups, and the integrity of its data.
@NullMarked
package dev.mneme.core.operate;

import org.jspecify.annotations.NullMarked;
