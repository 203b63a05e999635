/// Work that goes on by itself, beside requests, and how it is started and stopped.
@NullMarked
package dev.mneme.core.job;

import org.jspecify.annotations.NullMarked;
