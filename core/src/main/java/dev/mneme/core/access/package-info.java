/// Who calls, and what each key may do and see. Every room above asks `Authorizer`; nothing outside of the core does.
@NullMarked
package dev.mneme.core.access;

import org.jspecify.annotations.NullMarked;
