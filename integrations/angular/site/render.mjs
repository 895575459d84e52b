import '@angular/compiler';
import { IMAGE_LOADER, NgOptimizedImage } from '@angular/common';
import { Component } from '@angular/core';
import { bootstrapApplication } from '@angular/platform-browser';
import { provideServerRendering, renderApplication } from '@angular/platform-server';
import { loader } from 'letterbox-images/loader/angular';

const App = Component({
  selector: 'app-root',
  imports: [NgOptimizedImage],
  template: '<img ngSrc="https://images.example.com/photo.jpg" width="800" height="450" alt="A waterfall">',
})(class {});
const providers = [provideServerRendering(), { provide: IMAGE_LOADER, useValue: loader({ base: 'https://img.example.com' }) }];
const page = await renderApplication((context) => bootstrapApplication(App, { providers }, context), { document: '<html><head></head><body><app-root></app-root></body></html>', url: '/' });
console.log(page);
