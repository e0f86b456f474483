# The two commands of the README, and what developers use beside them. The build itself is meson's.
DEMO = examples/tls-behind-a-small-link.pcapng
SANITIZE = -Db_sanitize=address,undefined -Db_lundef=false

.PHONY: demo check build accuracy bench fuzz lab install clean
build: build/build.ninja
	ninja -C build

demo: build
	@echo
	./build/culprit $(DEMO)

build/build.ninja:
	scripts/setup build
	meson setup build --buildtype=release -Db_lto=true -Dtests=false

# Everything under ASan and UBSan; then the other compiler, for its warnings.
check:
	scripts/setup tests
	test -f build-check/build.ninja || meson setup build-check $(SANITIZE)
	ninja -C build-check
	meson test -C build-check --no-rebuild --print-errorlogs || true
	@! command -v clang >/dev/null || { \
		test -f build-clang/build.ninja || CC=clang meson setup build-clang -Dtests=false; \
		ninja -C build-clang; }
	scripts/summary build-check

# How often culprit is right, into doc/accuracy.md; what fell since the table before is printed as LOWER. Then every
# recording with every damage. tshark, tcptrace and argus are asked where they are installed.
accuracy:
	scripts/setup tests
	test -f build-bench/build.ninja || meson setup build-bench --buildtype=release
	ninja -C build-bench culprit tests/damage/recordings_test
	tests/accuracy/accuracy.py build-bench/tests/damage/recordings_test --damaged --peers --shared ../shared/traces \
		--culprit build-bench/culprit --kept doc/accuracy.json --write doc/accuracy.md doc/accuracy.json
	@build-bench/tests/damage/recordings_test lab/captures examples $(wildcard ../shared/traces) | grep -v '^ok' || true

bench: build
	scripts/setup tests
	test -f build-bench/build.ninja || meson setup build-bench --buildtype=release
	ninja -C build-bench tests/bench/bench_generate
	tests/bench/run build/culprit build-bench/tests/bench/bench_generate

fuzz:
	scripts/setup tests
	test -f build-fuzz/build.ninja || CC=clang meson setup build-fuzz -Dfuzz=true $(SANITIZE)
	ninja -C build-fuzz
	tests/fuzz/run build-fuzz

# Faults with known causes, made with real servers: lab/README.md.
lab:
	scripts/setup lab
	lab/run

install: build
	meson install -C build

clean:
	rm -rf build build-check build-clang build-fuzz
