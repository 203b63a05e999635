/// Rules for every request: how much it may send, what its texts must be like, how fresh its answer is.
@NullMarked
package dev.mneme.core.request;

import org.jspecify.annotations.NullMarked;
