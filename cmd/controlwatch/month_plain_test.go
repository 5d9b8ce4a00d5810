//go:build !race

package main

const monthDays = 30
