/// The audit: which model answered what, with which tokens and costs.
@NullMarked
package dev.mneme.core.audit;

import org.jspecify.annotations.NullMarked;
