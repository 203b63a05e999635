/// The use cases: every door calls these, and these call the ports.
@NullMarked
package dev.mneme.core.service;

import org.jspecify.annotations.NullMarked;
