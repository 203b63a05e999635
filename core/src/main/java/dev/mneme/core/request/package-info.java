/// What every request is held to: how much it may bring, what its texts must be like, how fresh its answer is.
@NullMarked
package dev.mneme.core.request;

import org.jspecify.annotations.NullMarked;
