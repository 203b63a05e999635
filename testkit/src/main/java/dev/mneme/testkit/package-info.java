/// Contracts that every implementation of a port passes, fakes that work, and fault tools.
@NullMarked
package dev.mneme.testkit;

import org.jspecify.annotations.NullMarked;
