# Short names for what is done often. `./mvnw verify` is the whole truth.
.PHONY: help verify serve format clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

verify: ## Build and test everything, as CI does
	./mvnw verify

serve: ## Build what is stale and start the server
	./mneme serve

format: ## Format the sources
	./mvnw -q spotless:apply

clean: ## Delete what was built, but for what runs
	./mvnw -q clean
